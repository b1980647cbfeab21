import {
  estimate,
  parseInput,
  type CoreFigures,
  type InputName,
  type Inputs,
} from '../../../model/lab/capacity.ts'
import {
  cellsOf,
  describeFloor,
  describeInputs,
  describeOrder,
  describeSweeps,
  explainInput,
} from '../../../model/lab/capacity-words.ts'

const calculator = document.querySelector('.calculator')!
const form = calculator.querySelector('form')!
const fields = [...form.querySelectorAll('input')]
const output = calculator.querySelector('output')!
const rows = calculator.querySelectorAll('tbody > tr')
const lines = calculator.querySelectorAll('dd')
const figures = JSON.parse(form.dataset['figures']!) as CoreFigures[]

const nameOf = (field: HTMLInputElement) => field.name as InputName

/** Reads the inputs. Those of the result that is shown stay until all are good. */
function readInputs(textOf: (field: HTMLInputElement) => string) {
  const values = fields.map((field) => [field.name, parseInput(nameOf(field), textOf(field))])
  return Object.fromEntries(values) as Partial<Record<InputName, number>>
}

let shown = readInputs(({ defaultValue }) => defaultValue) as Inputs

/** Shows the result, or which inputs to fix. Returns whether all are good. */
function update(): boolean {
  const given = readInputs(({ value }) => value)
  const problems = fields.filter((field) => given[nameOf(field)] === undefined)
  for (const field of fields) {
    const isBad = problems.includes(field)
    field.setAttribute('aria-invalid', String(isBad))
    if (isBad) field.setAttribute('aria-describedby', output.id)
    else field.removeAttribute('aria-describedby')
  }
  if (problems.length > 0) {
    output.dataset['verdict'] = 'wrong'
    const fixes = problems.map((field) => explainInput(nameOf(field))).join(' ')
    output.value = `✗ ${fixes} The table still shows ${describeInputs(shown)}.`
    return false
  }
  shown = given as Inputs
  delete output.dataset['verdict']
  const estimates = figures.map((one) => estimate(one, shown))
  const known = estimates.filter((one) => one !== undefined)
  output.value = `${describeInputs(shown)}. ${describeOrder(figures, known)}`
  for (const [index, row] of rows.entries()) {
    const cells = cellsOf(estimates[index])
    for (const [column, cell] of row.querySelectorAll('td').entries()) {
      cell.innerHTML = cells[column]!
    }
  }
  calculator.querySelector('.floor')!.textContent = describeFloor(known)
  const sweeps = describeSweeps(figures, shown)
  calculator.querySelector('.summary')!.textContent = sweeps.summary
  for (const [index, line] of lines.entries()) line.textContent = sweeps.lines[index]!
  return true
}

/** Puts the inputs into the address, unless they are the default ones. */
function keepInAddress(): void {
  const address = new URL(location.href)
  const isDefault = fields.every(({ value, defaultValue }) => value === defaultValue)
  for (const { name, value } of fields) {
    if (isDefault) address.searchParams.delete(name)
    else address.searchParams.set(name, value)
  }
  history.replaceState(null, '', address)
}

function change(): void {
  if (update()) keepInAddress()
}

// A screen reader announces the result once the reader has stopped typing.
let timer: ReturnType<typeof setTimeout>
form.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(change, 400)
})

const query = new URLSearchParams(location.search)
for (const field of fields) field.value = query.get(field.name) ?? field.value
if (fields.some(({ value, defaultValue }) => value !== defaultValue)) change()
