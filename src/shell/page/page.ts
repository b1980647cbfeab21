/** What every page runs, in one file that the browser keeps. What only some pages need belongs to their components. */
import '../../components/examples/copy/copy.ts'
import '../contents/contents.ts'
import '../sidebar/menu.ts'
import '../header/search.ts'
import '../header/theme-select.ts'
