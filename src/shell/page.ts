/** What every page runs, in one file that the browser keeps. What only some pages need belongs to their components. */
import '../components/copy.ts'
import './contents.ts'
import './menu.ts'
import './search.ts'
import './theme-select.ts'
