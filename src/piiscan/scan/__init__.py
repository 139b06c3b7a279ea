"""From targets to inventory: `run` coordinates, `listing` lists, `executors` spread the work, `worker` reads one item, `walk` opens what is
inside it, `collect` sums what was detected. Only `run` touches the inventory; only `worker` sees content.
"""
