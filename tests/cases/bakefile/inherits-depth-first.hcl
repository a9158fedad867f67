target "a" {
  args = { X = "a", A = "a" }
  tags = ["a"]
  labels = { l = "a" }
  platforms = ["linux/amd64"]
}
target "b" {
  inherits = ["a"]
  args = { X = "b", B = null }
  cache-from = ["type=gha"]
  cache-to = ["type=gha,mode=max"]
}
target "c" {
  inherits = ["a"]
  args = { X = "c" }
  tags = ["c"]
  cache-from = ["type=registry,ref=x/y", "type=gha"]
}
target "default" {
  inherits = ["b", "c"]
  args = { D = "d" }
  annotations = ["index:a=b"]
}
