import { expect, test } from 'vitest'
import { parseRegions, regionText } from '../../src/model/examples/regions.ts'

const named = (source: string, path = 'a.ts') => {
  const { text, regions } = parseRegions(path, source)
  return Object.fromEntries(regions.map((region) => [region.name, regionText(text, region)]))
}

test('marker lines are removed, and line numbers do not count them', () => {
  const { text, regions } = parseRegions('a.ts', 'one\n// #region two\ntwo\n// #endregion\nthree\n')
  expect(text).toBe('one\ntwo\nthree\n')
  expect(regions).toEqual([{ name: 'two', start: 2, end: 2, markerLine: 2 }])
})

test('regions may nest and overlap', () => {
  const source = [
    '// #region outer',
    'a',
    '// #region inner',
    'b',
    '// #endregion',
    'c',
    '// #region late',
    'd',
    '// #endregion outer',
    'e',
    '// #endregion',
  ].join('\n')
  expect(named(source)).toEqual({ outer: 'a\nb\nc\nd', inner: 'b', late: 'd\ne' })
})

test('a region loses the common indentation of its lines', () => {
  expect(named('  // #region x\n  if (y) {\n\n    z()\n  }\n  // #endregion\n')).toEqual({
    x: 'if (y) {\n\n  z()\n}',
  })
})

test.each([
  ['a.py', '# #region x\ny\n# #endregion\n'],
  ['a.toml', '# #region x\ny\n# #endregion\n'],
  ['a.rs', '// #region x\ny\n// #endregion\n'],
  ['a.md', '<!-- #region x -->\ny\n<!-- #endregion -->\n'],
])('regions in %s have the comment syntax of the file', (path, source) => {
  expect(named(source, path)).toEqual({ x: 'y' })
})

test('a region marker in another syntax, or after code, is text', () => {
  const source = '# #region x\nf() // #region y\n'
  expect(parseRegions('a.ts', source)).toEqual({ text: source, regions: [] })
})

test.each([
  ['unclosed', '\n// #region x\ny\n', 'a.ts:2: region "x" is never closed'],
  ['opened twice', '// #region x\ny\n// #region x\n', 'a.ts:3: region "x" is opened twice'],
  [
    'opened again after it was closed',
    '// #region x\ny\n// #endregion\n// #region x\nz\n// #endregion\n',
    'a.ts:4: region "x" is opened twice. It was opened on line 1 before',
  ],
  ['never opened', 'y\n// #endregion\n', 'a.ts:2: no region is open here'],
  [
    'closed by another name',
    '// #region x\ny\n// #endregion z\n',
    'a.ts:3: region "z" is not open here',
  ],
  ['without a name', '// #region\ny\n// #endregion\n', 'a.ts:1: a region without a name'],
  [
    'with an odd name',
    '// #region My Part\ny\n// #endregion\n',
    'a.ts:1: a region cannot be named "My Part"',
  ],
  ['empty', '// #region x\n// #endregion\n', 'a.ts:2: region "x" is empty'],
])('a region %s is an error with its line', (_, source, message) => {
  expect(() => parseRegions('a.ts', source)).toThrow(message)
})
