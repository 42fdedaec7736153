import type { Argument, CommandEntry } from '../../../core/command/catalog.ts'
import { defineRoute } from '../route.ts'
import { sceneListSchema } from '../shapes.ts'

export const listScenes = defineRoute({
  method: 'get',
  path: '/api/scenes',
  summary: 'What can be asked for',
  auth: 'any',
  status: 200,
  answer: sceneListSchema,
  run(api) {
    const scenes = api.catalog().scenes.map(({ name, summary, isPublic, commands }) => ({
      name,
      summary,
      isPublic,
      commands: commands.map((command) => ({
        name: command.name,
        usage: usageOf(command),
        summary: command.summary,
        lane: command.lane,
      })),
    }))
    return { scenes }
  },
})

/** `demo sleep <seconds>`; optional ones in brackets, one that takes the rest with dots. */
function usageOf({ scene, name, args }: CommandEntry): string {
  return [scene, name, ...args.map(placeOf)].filter((word) => word !== '').join(' ')
}

function placeOf({ name, optional, rest }: Argument): string {
  const place = rest ? `${name}…` : name
  return optional ? `[${place}]` : `<${place}>`
}
