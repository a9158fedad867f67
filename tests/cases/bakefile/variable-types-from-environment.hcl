variable "L" {
  type = list(string)
  default = ["a", "b"]
}
variable "N" {
  type = number
  default = "7"
}
variable "M" {
  type = map(string)
  default = { a = "1" }
}
variable "O" {
  type = object({ name = string, size = optional(number) })
  default = { name = "x" }
}
variable "S" { type = string }
target "default" {
  tags = [for x in L : "img:${x}"]
  args = { N = N + 1, M = M["a"], O = O.name }
}
