import type { APIRoute } from 'astro'
import { readExamples } from '../model/examples/example.ts'
import { sha256 } from '../model/examples/hash.ts'
import { summarizeTestResult } from '../model/examples/test-result-summary.ts'
import { absoluteUrl } from '../shell/address.ts'

/** All examples as data: files, commands, where each runs, and its test result. */
export const GET: APIRoute = () =>
  Response.json({
    schema: 1,
    examples: readExamples().map((example) => {
      const { id, manifest, hash, files } = example
      const { title, system, contract, runs, commands } = manifest
      return {
        id,
        title,
        system,
        contract,
        hash,
        files: files.map(({ path, bytes }) => ({
          path,
          bytes: bytes.length,
          sha256: sha256(bytes),
        })),
        runs,
        commands,
        proof: summarizeTestResult(example) ?? null,
        links: {
          guide: absoluteUrl(manifest.guide),
          example: absoluteUrl(`/examples/${id}/`),
          ...(runs.stackblitz === true && { open: absoluteUrl(`/open/${id}/`) }),
          zip: absoluteUrl(`/starters/${id}.zip`),
          tarGz: absoluteUrl(`/starters/${id}.tar.gz`),
        },
      }
    }),
  })
