variable "N" {
  type = number
  default = "seven"
}
target "default" {
  args = { N = N }
}
