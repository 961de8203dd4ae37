"""Lambda: the workers that run the functions' Python code, and the format of errors."""

from local.emulator.fixes import is_on


def install() -> None:
    """Replace MiniStack's Python workers; Node.js and ``provided`` functions keep its workers."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    from local.emulator.functions import python_worker, results, worker_processes

    stock_class = lambda_runtime._worker_class_for
    worker_processes.start_fork_server()

    def worker_class(config: dict[str, object]) -> object:
        runtime = str(config.get("Runtime", "python"))
        return python_worker.PythonWorker if runtime.startswith("python") else stock_class(config)

    lambda_runtime._worker_class_for = worker_class
    lambda_svc._execute_function_warm = results.execute_function_warm


def shut_down() -> None:
    """Stop the fork server, if it runs."""
    if is_on("lambda-workers"):
        from local.emulator.functions import worker_processes

        worker_processes.stop_fork_server()
