"""Taking over what exists: a workspace, or what another tool's state holds, as a program.

inventory   what there is, read in a handful of calls
terraform   which objects a state of the official provider holds, and what they are called there
bridged     the same of a stack on the bridged provider, and how its entries leave that stack
given       what such a state says of an object
known       the connection strings that it has
stacks      what stacks have already, and is left out
names       what they are called here: safe and unique
plan        the resources to declare, as values
program     the plan as a Python program, importing for the plugin as its import file
"""
