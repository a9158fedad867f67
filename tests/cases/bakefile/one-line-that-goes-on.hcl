target "default" { tags = [for t in split(",", "a,b,,c") : t if notequal(t, "")] 
 labels = { "x" = timestamp() == "" ? "a" : "b" } }
