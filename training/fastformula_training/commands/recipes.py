"""`fastformula-train recipes`: the recipes that come with the package."""

import click


@click.command()
@click.argument("name", default="")
def recipes(name: str) -> None:
    """List the recipes, or print the one called NAME, to be saved and changed."""
    from fastformula_training.recipes import known_recipes, recipe_file

    if name:
        file = recipe_file(name)
        click.echo(file.read_text(encoding="utf-8") if file else "", nl=False)
        return
    for known, said in known_recipes():
        click.echo(f"{known:22} {said}")
