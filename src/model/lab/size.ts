import type { TimingsRecord, VariantId } from '../../../lab/cold-start/timings/record.ts'
import { spread } from '../../../lab/record.ts'
import { formatNumber } from '../../components/lab/record/format.ts'
import { plainVariants, variantName, variantWords } from './cold-start.ts'
import { joinWords } from './http.ts'
import { nameOf, type Choice } from './stacks.ts'

/** Formats bytes in MB: "22.5 MB". */
export const formatMegabytes = (bytes: number): string => `${formatNumber(bytes / 1e6, 1)} MB`

/** Memory of a variant after its first answer, in MiB: resident, and without the shares of other processes. */
export function memoryOf({ samples }: Pick<TimingsRecord, 'samples'>, variant: VariantId) {
  const own = samples.filter((sample) => sample.variant === variant)
  return {
    rss: spread(own.map(({ rssMiB }) => rssMiB)),
    pss: spread(own.map(({ pssMiB }) => pssMiB)),
  }
}

/** The answer to "What do you ship?" */
export function answerSize(record: TimingsRecord): string {
  const { deployed, runtimes } = record
  const stacks = Object.entries(plainVariants).map(([stack, variant]) => {
    const { files, bytes } = deployed[variant]
    const count = files === 1 ? 'one file' : `${formatNumber(files)} files`
    const memory = memoryOf(record, variant).rss
    return {
      name: nameOf(stack as Choice),
      size: `${count} of ${formatMegabytes(bytes)}`,
      memory: `${memory.median.toFixed(0)} (${memory.lowest.toFixed(0)}–${memory.highest.toFixed(0)})`,
    }
  })
  const sizes = joinWords(stacks.map(({ name, size }) => `${size} for ${name}`))
  const memories = joinWords(stacks.map(({ name, memory }) => `${memory} for ${name}`))
  return `You ship ${sizes}; Node adds ${formatMegabytes(runtimes.node)} and Python ${formatMegabytes(runtimes.python)}. Resident memory after the first answer, in MiB with the lowest and the highest start: ${memories}.`
}

/** The bytes of the runtime that a variant needs. */
export function runtimeBytes({ runtimes }: TimingsRecord, variant: VariantId): number {
  const { stack } = variantWords[variant]
  if (stack === 'axum') return 0
  return stack === 'fastapi' ? runtimes.python : runtimes.node
}

/** The sizes that the chart compares, in MB: the service and its runtime. */
export function chartedSizes(record: TimingsRecord) {
  const { express, fastify, fastapi, axum } = plainVariants
  const variants = [express, 'express-bundled', fastify, 'fastify-bundled', fastapi, axum] as const
  return variants.map((variant) => {
    const own = record.deployed[variant].bytes
    const runtime = runtimeBytes(record, variant)
    return {
      name: variantName(variant),
      figure: formatMegabytes(own + runtime),
      pieces: [
        { name: 'service', value: own / 1e6 },
        ...(runtime > 0 ? [{ name: 'runtime', value: runtime / 1e6 }] : []),
      ],
      rounds: [],
    }
  })
}
