target "default" {
  args = { X = completely_unknown(1) }
}
