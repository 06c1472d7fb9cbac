import the_maintainers_tools

the_maintainers_tools.setup()
