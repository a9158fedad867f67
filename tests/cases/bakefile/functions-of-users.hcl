function "tag" {
  params = [name]
  result = ["${REGISTRY}/${name}:latest", "${REGISTRY}/${name}:${VERSION}"]
}
function "all" {
  params = [first]
  variadic_params = rest
  result = concat([first], rest)
}
variable "REGISTRY" { default = "r.io/x" }
VERSION = "2"
target "default" {
  tags = all("x:y", tag("app")...)
  args = { N = length(all(1, 2, 3)) }
}
