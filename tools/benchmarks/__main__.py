"""`make bench`: the overhead of the service over the scaling itself, as ratios within one run."""

from local.servers.folders import temporary_data_folder
from tools.benchmarks import cold_starts, end_to_end


def main() -> None:
    """Print all tables."""
    with temporary_data_folder() as folder:
        end_to_end.report(folder)
    cold_starts.report()


if __name__ == "__main__":
    main()
