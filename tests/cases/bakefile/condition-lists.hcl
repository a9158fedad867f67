A = ["a"]
target "default" {
  tags = concat(true ? A : [], false ? ["b"] : [])
  args = { N = true ? 1 : "x" }
}
