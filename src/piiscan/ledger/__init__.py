"""The ledger of personal information (個人情報管理台帳): from the inventory to rows a privacy officer would write, and into a company's own workbook.

``kinds`` says what an item is about, ``collect`` groups items into rows, ``propose`` fills cells, ``workbook`` writes a new ledger, ``sheet`` reads an
existing one, ``compare`` lists what differs, ``package`` adds to a workbook without touching what people wrote.
"""
