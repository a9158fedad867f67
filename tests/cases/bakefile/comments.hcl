# one
// two
/* three
 */
target "default" { # four
  tags = [ // five
    "a", /* six */ "b",
  ]
}
