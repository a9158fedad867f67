target "default" {
  args = { C = "<${BAKE_CMD_CONTEXT}>" }
}
