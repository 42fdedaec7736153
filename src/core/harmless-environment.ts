type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variables that tell where programs lie, the time zone and language, and which certificates to trust. None of
 * them could be a secret, also of other programs. A proxy's address is not among them: it may hold a password.
 */
const harmless = /^(PATH|TZ|LANG|LC_\w+|NODE_ENV|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_FILE|SSL_CERT_DIR)$/

/** Which certificates Node trusts. Other options may hold anything. */
const trustOption = /^--use-(openssl|system|bundled)-ca$/

/**
 * What code and programs that are not ours may know of an environment. This is the one list; whoever starts such code
 * passes on what it gives.
 */
export function harmlessEnvironment(environment: Environment): Record<string, string> {
  const known = Object.entries(environment).filter(([name]) => harmless.test(name))
  const options = environment.NODE_OPTIONS?.split(/\s+/).filter((option) => trustOption.test(option)) ?? []
  return {
    ...Object.fromEntries(known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    ...(options.length > 0 && { NODE_OPTIONS: options.join(' ') }),
  }
}
