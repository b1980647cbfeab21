import { realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

/**
 * Creates a key with a self-signed certificate for 127.0.0.1 and localhost, which is its own certificate authority and valid for
 * a day. Runs `keytool`, which is in the folder of `java`.
 *
 * @param folder for both files
 * @param password of the keystore, at least six characters
 * @returns the path of the keystore (PKCS #12), and that of the certificate for clients (PEM)
 */
export async function makeCertificate(java: string, folder: string, password: string) {
  const keytool = join(dirname(realpathSync(java)), 'keytool')
  const keystore = join(folder, 'broker.p12')
  const ca = join(folder, 'ca.pem')
  const broker = ['-alias', 'broker', '-keystore', keystore, '-storepass', password]
  const key = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '1']
  const names = ['-dname', 'CN=localhost', '-ext', 'SAN=IP:127.0.0.1,DNS:localhost']
  await execa(keytool, [...key, ...names, '-ext', 'BC=ca:true', ...broker])
  const { stdout } = await execa(keytool, ['-exportcert', '-rfc', ...broker])
  await writeFile(ca, stdout)
  return { keystore, ca }
}
