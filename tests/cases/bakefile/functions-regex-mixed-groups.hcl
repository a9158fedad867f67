target "default" {
  args = {
    A = regex("(?P<a>a)(b)", "ab").a
  }
}
