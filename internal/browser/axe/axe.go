// Package axe holds axe-core 4.14.1 (https://github.com/dequelabs/axe-core, MPL-2.0), unchanged: the rules by which pages are checked for those
// who see badly or use a keyboard. It is part of the tests alone, not of the program.
package axe

import _ "embed"

// Script defines window.axe.
//
//go:embed axe.min.js
var Script string
