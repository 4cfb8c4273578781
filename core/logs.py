"""The program's own log: one JSON object a line on standard error, without the values of local variables.

Bodies, headers and passwords never enter it; whoever logs names the fields.
"""

import sys

import structlog


def configure() -> None:
    """Every logger of this process writes JSON lines; control characters arrive escaped."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
