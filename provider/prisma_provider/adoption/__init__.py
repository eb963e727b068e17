"""Taking over what exists: a workspace, or what a Terraform state holds, as a program.

inventory   what there is, read in a handful of calls
terraform   which objects a state of the official provider holds, and what they are called there
stacks      what stacks have already, and is left out
names       what they are called here: safe and unique
plan        the resources to declare, as values
program     the plan as a Python program, importing for the plugin as its import file
"""
