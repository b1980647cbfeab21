import { applyScheme, readScheme } from './theme.ts'

class ThemeSelect extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector('select')!
    select.value = readScheme()
    select.addEventListener('change', () => {
      applyScheme(select.value)
      for (const other of document.querySelectorAll<HTMLSelectElement>('theme-select select')) {
        other.value = select.value
      }
    })
  }
}

customElements.define('theme-select', ThemeSelect)
