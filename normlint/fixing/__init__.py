"""From fixes as data to edited files: the only package besides ``normlint.lowering`` that knows LibCST's nodes.

Nothing here is imported unless fixes are asked for.
"""
