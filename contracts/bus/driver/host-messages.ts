import type { MessagePort } from 'node:worker_threads'
import type { Order, SentError, Word } from './messages.ts'

/** What the runner asks of a host besides its workers. */
export type Question =
  /** Resolves when the broker is there. */
  | { readonly do: 'open'; readonly leaseMs: number }
  | { readonly do: 'create-topic'; readonly topic: string }
  /** Resolves with the committed offset of the group. */
  | { readonly do: 'committed'; readonly topic: string; readonly group: string }

/** From the runner to a host. Workers are known by numbers that the runner chooses. */
export type HostOrder =
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  | { readonly type: 'start' | 'freeze' | 'wake' | 'end'; readonly worker: number }
  | { readonly type: 'order'; readonly worker: number; readonly order: Order }

/** From a host to the runner. */
export type HostWord =
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: SentError }
  | { readonly type: 'word'; readonly worker: number; readonly word: Word }
  /** The worker is gone, with this last message if it had one. */
  | { readonly type: 'gone'; readonly worker: number; readonly message: string }

/** What a worker is started with. */
export interface WorkerData {
  /** Of the example's modules. */
  readonly folder: string
  /** One number: 1 while the worker is to be frozen, else 0. */
  readonly frozen: Int32Array
}

/** From a host to a worker. */
export type WorkerOrder = Order | { readonly type: 'freeze' }

/** From a worker to its host. */
export type WorkerMessage =
  | Word
  /** The end of a new connection that is the broker's. */
  | { readonly type: 'connection'; readonly port: MessagePort }
