import { choice, choose } from './theme.ts'

class ThemeSelect extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector('select')!
    select.value = choice()
    select.addEventListener('change', () => {
      choose(select.value)
      for (const other of document.querySelectorAll<HTMLSelectElement>('theme-select select')) {
        other.value = select.value
      }
    })
  }
}

customElements.define('theme-select', ThemeSelect)
