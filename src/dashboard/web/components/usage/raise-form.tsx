import { Button, Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Measure } from '../../../../core/model/budget.ts'
import type { Standing } from '../../../../core/model/usage.ts'
import { newId } from '../../api/new-id.ts'
import { useMessage } from '../../api/use-message.ts'
import { useRaiseBudget } from '../../api/use-usage.ts'
import { useText } from '../../text/text.tsx'
import classes from './usage.module.css'

interface RaiseFormProps {
  /** Whose budget is raised; closed while there is none. */
  standing: Standing | undefined
  onClose(): void
}

/** Gives more of one measure until the end of today, or longer. */
export function RaiseForm({ standing, onClose }: RaiseFormProps) {
  const { text } = useText()
  return (
    <Modal opened={standing !== undefined} onClose={onClose} title={text.usage.raiseTitle} centered>
      {standing && <Fields key={standing.subject} standing={standing} onDone={onClose} />}
    </Modal>
  )
}

function Fields({ standing, onDone }: { standing: Standing; onDone(): void }) {
  const { text } = useText()
  const messageOf = useMessage()
  const { subject, limits } = standing
  const fullest = limits.toSorted((one, other) => other.used / other.limit - one.used / one.limit)[0]
  const [measure, setMeasure] = useState<Measure>(fullest?.measure ?? 'tokens')
  const [amount, setAmount] = useState<number | string>('')
  const [until, setUntil] = useState('')
  // Sent again as it is, after an answer that was lost, it is the same raise.
  const [key, setKey] = useState(() => newId('raise'))
  const changing =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value)
      setKey(newId('raise'))
    }
  const { mutate, isPending, error } = useRaiseBudget()

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const raise = { subject, measure, amount: Number(amount), until: until.trim() || undefined }
    mutate({ raise, key }, { onSuccess: onDone })
  }

  return (
    <form className={classes.form} onSubmit={submit} data-testid="raise-form">
      <p className={classes.whose}>{subject === 'all' ? text.usage.everybody : subject}</p>
      <Select
        label={text.usage.measure}
        value={measure}
        allowDeselect={false}
        data={limits.map((limit) => ({ value: limit.measure, label: text.usage[limit.measure] }))}
        // What is offered are the measures above.
        onChange={(value) => value && changing(setMeasure)(value as Measure)}
      />
      <NumberInput
        label={text.usage.amount}
        description={text.usage.amountHint}
        required
        min={0}
        allowNegative={false}
        decimalScale={measure === 'cost' ? 4 : 0}
        thousandSeparator=","
        value={amount}
        onChange={changing(setAmount)}
        data-autofocus
      />
      <TextInput
        label={text.usage.until}
        description={text.usage.untilHint}
        placeholder="2026-12-31 18:00"
        value={until}
        onChange={(event) => changing(setUntil)(event.currentTarget.value)}
      />
      {error && (
        <p className={classes.fault} role="alert">
          {messageOf(error)}
        </p>
      )}
      <Button type="submit" loading={isPending} disabled={!(Number(amount) > 0)}>
        {text.usage.raise}
      </Button>
    </form>
  )
}
