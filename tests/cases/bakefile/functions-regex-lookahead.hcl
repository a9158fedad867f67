target "default" {
  args = {
    A = regex("a(?=b)", "ab")
  }
}
