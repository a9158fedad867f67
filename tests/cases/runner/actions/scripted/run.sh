echo from a file of the action
