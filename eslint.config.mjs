import astro from 'eslint-plugin-astro'
import boundaries from 'eslint-plugin-boundaries'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * The other top-level folders that each may import from. An example imports nothing, not even another example, because
 * readers copy it alone. `root` is the configuration in the repository's root folder.
 */
const imports = {
  example: [],
  contracts: [],
  servers: [],
  lab: ['example', 'contracts', 'servers'],
  src: ['example', 'contracts', 'lab'],
  content: ['src'],
  scripts: ['example', 'contracts', 'servers', 'lab', 'src'],
  tests: ['example', 'contracts', 'servers', 'lab', 'src', 'content', 'scripts'],
  root: ['src', 'scripts'],
}
const folders = Object.keys(imports).filter((name) => name !== 'root')

const source = ['**/*.{js,mjs,ts,astro}']

export default defineConfig(
  globalIgnores(['dist*/', '.astro/', '.cache/']),
  { files: source, ignores: ['examples/**'], extends: [tseslint.configs.strict] },
  ...astro.configs.recommended,
  {
    // A page's script selects elements that its own component renders. A check for their absence would cost every reader
    // bytes for an impossible case; without one, the browser's error names the line.
    files: ['src/shell/**', 'src/components/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  // Only the rule on imports applies to the examples, and it needs a parser for them.
  { files: ['examples/**/*.ts'], languageOptions: { parser: tseslint.parser } },
  {
    files: source,
    plugins: { boundaries },
    settings: {
      'boundaries/elements': folders.map((type) => ({
        type,
        pattern: type === 'example' ? 'examples/*' : type,
        // Matches from the root of the repository: `src/components/examples` is not an example.
        partialMatch: false,
      })),
      'boundaries/files': [{ category: 'root', pattern: '*.{mjs,ts}' }],
      'boundaries/dependency-nodes': ['import', 'dynamic-import', 'export'],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: Object.entries(imports).map(([from, to]) => ({
            from: from === 'root' ? { file: { categories: from } } : { element: { type: from } },
            allow: { to: { element: { types: { anyOf: to } } } },
          })),
        },
      ],
    },
  },
  {
    // ESLint treats the script of a component as a file below the component, where relative paths resolve differently. The
    // rule above finds nothing there, so this one matches the names of the folders.
    files: ['**/*.astro/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '\\.\\./(content|scripts|tests)/', message: 'src may not import from there.' },
          ],
        },
      ],
    },
  },
)
