L = ["a", "b"]
target "default" {
  args = {
    A = "%{ if length(L) > 1 }many%{ else }few%{ endif }"
    B = "%{ for x in L }<${x}>%{ endfor }"
    C = "%{ for i, x in L ~}  ${i}=${x}  %{~ endfor }"
    D = "a ${~ "b" ~} c"
    E = "\u00e9\t\"q\" $$ % $${x}"
  }
}
