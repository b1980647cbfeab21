import { readFileSync } from 'node:fs'

/** Settings that differ between nodes. */
export interface NodeSettings {
  /** Starts at 1. */
  readonly id: number
  readonly port: number
  readonly controllerPort: number
  /** Port of the listener that requires a login over TLS. */
  readonly saslPort: number | undefined
  readonly data: string
}

/** The user, and the keystore of the brokers, which has the same password. */
export interface Login {
  readonly username: string
  readonly password: string
  readonly keystore: string
}

/** Renders server.properties for a node of a cluster. */
export function renderSettings(
  node: NodeSettings,
  nodes: readonly NodeSettings[],
  login: Login | undefined,
): string {
  const clients = [
    `PLAINTEXT://127.0.0.1:${node.port}`,
    ...(node.saslPort === undefined ? [] : [`SASL_SSL://127.0.0.1:${node.saslPort}`]),
  ]
  const text = fill('server.properties', {
    node: String(node.id),
    voters: nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(),
    listeners: [...clients, `CONTROLLER://127.0.0.1:${node.controllerPort}`].join(),
    advertised: clients.join(),
    data: node.data,
    replicas: String(nodes.length),
    inSync: String(Math.max(1, nodes.length - 1)),
  })
  return login === undefined ? text : text + fill('sasl-ssl.properties', { ...login })
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(new URL(template, import.meta.url), 'utf8')
  return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name]
    if (value === undefined)
      throw new Error(
        `${template} has the placeholder {${name}}, which has no value. Set it in settings.ts.`,
      )
    return value
  })
}
