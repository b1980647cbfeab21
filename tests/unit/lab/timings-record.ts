import {
  variantIds,
  type Sample,
  type TimingsRecord,
  type VariantId,
} from '../../../lab/cold-start/timings/record.ts'

const rounds = Array.from({ length: 15 }, (_, index) => index + 1)

/** Median times in ms; the rounds are up to 10% faster and slower. Loading modules takes 60% of each. */
const medians: Readonly<Record<VariantId, number>> = {
  'express-source': 300,
  'express-compiled': 200,
  'express-bundled': 200,
  'express-cached': 100,
  'fastify-source': 600,
  'fastify-compiled': 500,
  'fastify-bundled': 400,
  'fastify-cached': 300,
  fastapi: 400,
  'fastapi-no-pyc': 1_200,
  axum: 5,
  node: 50,
}

function sampleOf(variant: VariantId, round: number, dropped: boolean): Sample {
  const answered = medians[variant] * (0.9 + ((round * 7) % 15) / 70) * (dropped ? 2 : 1)
  const share = (part: number) => answered * part
  return {
    ...{ round, variant, answered, pages: dropped ? 'dropped' : 'cached' },
    ...(variant !== 'axum' && {
      pieces: { runtime: share(0.2), modules: share(0.6), app: share(0.15), request: share(0.05) },
    }),
    ...{ rssMiB: 80 + round, pssMiB: 40, foreign: 0, steal: 0 },
  }
}

const hash = 'a'.repeat(64)
/** A record that never changes. */
export const timings: TimingsRecord = {
  ...{ schema: 1, date: '2026-01-01', command: 'npm run lab', hash, commit: 'b'.repeat(40) },
  machine: { processor: 'a processor', cores: 2, memoryGiB: 8, system: 'Linux' },
  versions: { node: '24.0.0', python: '3.11.0', rust: '1.90.0' },
  ...{
    examples: {},
    build: 'release',
    contract: {},
    settings: { rounds: rounds.length },
    repeated: 0,
  },
  deployed: Object.fromEntries(
    variantIds.map((id) => [
      id,
      { files: id === 'axum' ? 1 : 1_500, bytes: 22_000_000, packages: 70 },
    ]),
  ) as TimingsRecord['deployed'],
  runtimes: { node: 120_000_000, python: 50_000_000 },
  samples: variantIds.flatMap((variant) =>
    rounds.flatMap((round) => [sampleOf(variant, round, false), sampleOf(variant, round, true)]),
  ),
}
