import astro from 'eslint-plugin-astro'
import boundaries from 'eslint-plugin-boundaries'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * From which other top-level folders each may import. An example may not even import from another: readers copy it alone.
 * `root` is the configuration in the repository's own folder.
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
    // A page's script asks for elements that its own component renders. A check for their absence would be sent to every
    // reader for a case that cannot be; without one, the browser's error names the line.
    files: ['src/shell/**', 'src/components/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  // The examples have none of these rules, only that of the imports, which has to be able to read them.
  { files: ['examples/**/*.ts'], languageOptions: { parser: tseslint.parser } },
  {
    files: source,
    plugins: { boundaries },
    settings: {
      'boundaries/elements': folders.map((type) => ({
        type,
        pattern: type === 'example' ? 'examples/*' : type,
        // From the root of the repository: `src/examples` is no example.
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
    // The script of a component is linted as a file below the component, from where relative paths lead elsewhere: there
    // the rule above finds nothing, and the names of the folders have to do.
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
