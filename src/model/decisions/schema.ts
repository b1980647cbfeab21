import { z } from 'astro/zod'
import { WithoutFigures } from '../figures.ts'

/** A question on the page "Which backend?". `content/decisions/decisions.json` holds all, each under its id. */
export const Decision = z.strictObject({
  id: z.string(),
  about: z.enum(['framework', 'language', 'messages']),
  question: WithoutFigures.endsWith('?'),
  take: z.string().describe('the id of an option, or words where no product is meant'),
  because: WithoutFigures,
  price: WithoutFigures.describe('what the choice costs'),
  evidence: z
    .string()
    .regex(/^[/#]/)
    .describe('the path on this site that shows it, or #options where only documentation does'),
  claims: z.array(z.string()).describe('the claims that the reason repeats'),
})

/** A product or technique that a reader may choose. `content/decisions/options.json` holds all, each under its id. */
export const Option = z.strictObject({
  id: z.string(),
  name: z.string(),
  documentation: z.url({ protocol: /^https$/ }),
  example: z.string().optional().describe('the id of the example that runs it on this site'),
  useWhen: WithoutFigures,
  giveUp: WithoutFigures,
  operate: WithoutFigures,
})
