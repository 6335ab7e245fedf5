"""The training itself, from a recipe to an adapter, and what can be made of one."""
