nonsense "x" {
}
target "default" {}
