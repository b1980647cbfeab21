/** The scripts of every page, in one file that the browser caches. Components load the scripts that only they need. */
import '../../components/examples/copy/copy.ts'
import '../contents/contents.ts'
import '../sidebar/menu.ts'
import '../header/search.ts'
import '../header/theme-select.ts'
