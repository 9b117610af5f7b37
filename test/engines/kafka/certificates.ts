import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { program, run } from '#tools/engines/programs.ts'

/** Files in PEM of one who proves who they are. */
export interface Proof {
  readonly key: string
  readonly cert: string
  /** Key and certificate in one, as brokers take them. */
  readonly both: string
}

/** An authority of a scratch folder, which signs whatever it is asked to. */
export interface Authority {
  /** File of its own certificate. */
  readonly ca: string
  /** A certificate for somebody, good for `localhost` unless told otherwise. */
  sign(name: string, host?: string): Promise<Proof>
}

/** Makes an authority; its files begin with `name`. */
export const authorityIn = async (folder: string, name: string): Promise<Authority> => {
  const openssl = await program('openssl', 'openssl', () => {})
  const at = (file: string) => join(folder, `${name}-${file}.pem`)
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const request = (who: string, ...more: string[]) =>
    run(openssl, ['req', '-x509', ...curve, '-subj', `/CN=${who}`, ...more])
  const [ca, caKey] = [at('ca'), at('ca-key')]
  await request(name, '-keyout', caKey, '-out', ca)
  return {
    ca,
    sign: async (who, host = 'localhost') => {
      const [key, cert, both] = [at(`${who}-key`), at(who), at(`${who}-both`)]
      const signed = ['-CA', ca, '-CAkey', caKey, '-addext', `subjectAltName=DNS:${host}`]
      const plain = ['-addext', 'basicConstraints=critical,CA:FALSE']
      await request(who, ...signed, ...plain, '-keyout', key, '-out', cert)
      writeFileSync(both, await run('cat', [key, cert]))
      return { key, cert, both }
    },
  }
}
