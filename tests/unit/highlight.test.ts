import { expect, test } from 'vitest'
import { fileLanguage, highlight } from '../../src/build/code/highlight.ts'

/** Highlighted code with each kind before its text: `k:def f:read`. */
const kindsOf = (html: string) =>
  Array.from(html.matchAll(/<i class=(\w)>(.*?)<\/i>/g), ([, kind, text]) => `${kind}:${text}`)

test.each([
  [
    'app.py',
    '@app.get("/health")\nasync def health(limit: int = 20):  # always\n    return f"{limit} of r"\n',
    [
      ...['f:@app.get', 's:"/health"', 'k:async def', 'f:health', 't:int', 'n:20', 'c:# always'],
      ...['k:return', 's:f"', 's: of r"'],
    ],
  ],
  ['models.py', 'sku = Field(pattern=r"^[A-Z]{3,20}$")', ['f:Field', 's:r"^[A-Z]{3,20}$"']],
  [
    'src/app.rs',
    '/// Reads.\npub async fn read(id: String) -> Option<Order> {\n    let n = 1;\n    format!("{n}")\n}',
    [
      ...['c:/// Reads.', 'k:pub async fn', 'f:read', 't:String', 't:Option', 't:Order', 'k:let'],
      ...['n:1', 'f:format!', 's:"{n}"'],
    ],
  ],
  [
    'Cargo.toml',
    '# pinned\naxum = { version = "0.8", default-features = false }',
    ['c:# pinned', 's:"0.8"', 'n:false'],
  ],
])('the comments, strings, keywords and types of %s are highlighted', async (path, code, kinds) => {
  expect(kindsOf(await highlight(code, fileLanguage(path)))).toEqual(kinds)
})

test('a file of an unknown kind is shown as plain text', () => {
  expect(fileLanguage('requirements.in')).toBe('text')
})
