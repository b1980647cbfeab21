import type { MessagePort } from 'node:worker_threads'
import type { BusAdmin } from '../target.ts'
import type { DriverCommand, DriverMessage, Result } from './messages.ts'

/** A call of the `BusAdmin` in the host. */
export type AdminCall =
  | { readonly method: 'createTopic'; readonly args: Parameters<BusAdmin['createTopic']> }
  | { readonly method: 'committed'; readonly args: Parameters<BusAdmin['committed']> }

/** The sender numbers the workers. */
export type HostCommand =
  | { readonly type: 'admin'; readonly id: number; readonly call: AdminCall }
  | { readonly type: 'start' | 'freeze' | 'wake' | 'end'; readonly worker: number }
  | { readonly type: 'forward'; readonly worker: number; readonly command: DriverCommand }

export type HostMessage =
  | Result
  | { readonly type: 'forwarded'; readonly worker: number; readonly message: DriverMessage }
  /** The worker has ended, with this error message if it failed. */
  | { readonly type: 'worker-ended'; readonly worker: number; readonly error: string }

/** The data that a worker starts with. */
export interface WorkerData {
  /** The folder of the example's modules. */
  readonly folder: string
  /** Holds 1 while the worker has to be frozen, else 0. */
  readonly frozen: Int32Array
}

/** From a host to a worker. */
export type WorkerCommand = DriverCommand | { readonly type: 'freeze' }

/** From a worker to its host. */
export type WorkerMessage =
  | DriverMessage
  /** A new connection: the broker's end of it. */
  | { readonly type: 'connection'; readonly port: MessagePort }
