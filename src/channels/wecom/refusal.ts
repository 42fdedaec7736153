import { UnverifiedError } from '../../core/errors.ts'

/** What is wrong with a callback, in the order in which it is looked at. */
const refusals = {
  missing_param: { status: 400, says: 'a query parameter is missing, given twice or not decodable' },
  bad_envelope: { status: 400, says: 'the body is not <xml> with exactly one Encrypt' },
  signature_mismatch: {
    status: 403,
    says: 'msg_signature does not match: compare the Token with the one at the platform',
  },
  bad_ciphertext: { status: 403, says: 'the encrypted text is not base64 of whole blocks' },
  bad_padding: { status: 403, says: 'the padding is wrong: compare the EncodingAESKey with the one at the platform' },
  bad_length: { status: 403, says: 'the length inside the encrypted text is wrong' },
  receive_id_mismatch: { status: 403, says: 'it was encrypted for another receiver: compare the corp id' },
  bad_payload: { status: 403, says: 'the decrypted text is not the XML of a callback' },
} as const

export type RefusalKind = keyof typeof refusals

/** 400: no callback of WeCom's at all; 403: it looks like one and does not prove itself. */
export function refusal(kind: RefusalKind): UnverifiedError {
  const { status, says } = refusals[kind]
  return new UnverifiedError(`wecom: ${says}`, kind, status)
}
