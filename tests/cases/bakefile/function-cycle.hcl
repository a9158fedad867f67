function "a" {
  params = [x]
  result = a(x)
}
target "default" {
  args = { X = a(1) }
}
