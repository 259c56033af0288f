"""Runs: started by actions, waited for with progress, aborted; and the other actions."""

import threading

import pytest

from workfront_orm.core.errors import NotSupportedError
from workfront_orm.services.cloudbees_cd.errors import (
    InvalidRequestError,
    RunFailedError,
    WaitTimeoutError,
)


@pytest.fixture
def echo(session, api):
    """A procedure with a required parameter and two steps."""
    procedure = api.Procedure(session, project_name="Default", procedure_name="Echo")
    procedure.save()
    place = {"project_name": "Default", "procedure_name": "Echo"}
    api.FormalParameter(session, **place, formal_parameter_name="arg1", required=True).save()
    for name in ("one", "two"):
        api.Step(session, **place, step_name=name, command=f"echo {name}").save()
    return procedure


def test_a_procedure_runs_and_gives_its_job(session, api, echo, asked):
    asked()
    job = echo.run_procedure(actual_parameter={"arg1": 1}, priority="high")
    assert asked() == ["POST /jobs?runProcedure"]
    assert isinstance(job, api.Job)
    assert job.wait(timeout=60) is job
    assert (job.status, job.outcome, job.priority) == ("completed", "success", "high")
    assert job.actual_parameter == {"arg1": "1"}
    assert [step.step_name for step in job.steps] == ["one", "two"]
    assert job.procedure is echo
    assert session.load(api.Job, job.job_name) is job
    assert set(asked()) == {f"GET /jobs/{job.id}", f"GET /jobs/{job.job_name}"}


def test_what_the_server_refuses_is_raised(echo):
    with pytest.raises(InvalidRequestError, match="arg1"):
        echo.run_procedure()
    with pytest.raises(InvalidRequestError):
        echo.run_procedure(actual_parameter={"arg1": "1"}, priority="hihg")
    with pytest.raises(TypeError):
        echo.run_procedure(actual_parameter={"arg1": None})


def test_progress_is_told_with_the_steps(echo):
    seen = []
    job = echo.run_procedure(actual_parameter={"arg1": "1"})
    job.wait(
        timeout=60,
        interval=0.02,
        progress=lambda job: seen.append((str(job.status), [step.status for step in job.steps], job.is_completed)),
    )
    assert seen[-1] == ("completed", ["completed", "completed"], True)
    assert all(not done for _status, _steps, done in seen[:-1])


def test_waiting_ends_with_the_time(sandbox, echo):
    job = echo.run_procedure(actual_parameter={"arg1": "1"})
    with pytest.raises(WaitTimeoutError, match="running after 0 seconds") as caught:
        job.wait(timeout=0)
    assert isinstance(caught.value, TimeoutError)
    assert not job.is_completed
    with pytest.raises(ValueError, match="interval"):
        job.wait(interval=0)
    assert job.wait(timeout=60).is_completed


def test_a_failure_is_raised_on_request(session, api):
    place = {"project_name": "Default", "procedure_name": "Bad"}
    procedure = api.Procedure(session, **place)
    procedure.save()
    api.Step(session, **place, step_name="fails", command="exit 1").save()
    job = procedure.run_procedure()
    assert job.wait(timeout=60).outcome == "error"
    with pytest.raises(RunFailedError, match="error"):
        job.wait(raise_on_error=True)


def test_a_job_is_aborted(session, api, echo):
    api.Step(session, project_name="Default", procedure_name="Echo", step_name="three").save()
    job = echo.run_procedure(actual_parameter={"arg1": "1"})
    job.abort(reason="why not", force=True)
    assert (job.status, bool(job.abort_status)) == ("completed", True)
    assert job.get_job_status()["status"] == "completed"
    with pytest.raises(RunFailedError):
        job.wait(raise_on_error=True)


def test_the_status_alone(echo, asked):
    job = echo.run_procedure(actual_parameter={"arg1": "1"})
    job.wait(timeout=60)
    asked()
    assert job.get_job_status() == {"jobId": job.id, "status": "completed", "outcome": "success"}
    assert asked() == [f"GET /jobs/{job.id}?getJobStatus"]


def test_a_process_runs(session, api):
    process = session.search(api.Process)[0]
    application = process.application
    environment = application.project.environments[0]
    job = application.run_process(
        process_name=process.process_name, environment_name=environment.environment_name, actual_parameter={}
    )
    assert job.wait(timeout=60).outcome == "success"


def test_a_pipeline_runs(session, api):
    pipeline = session.search(api.Pipeline)[0]
    stages = [stage.stage_name for stage in pipeline.stages]
    run = pipeline.run_pipeline(stages_to_run=stages[:2])
    assert isinstance(run, api.FlowRuntime)
    assert not run.completed
    seen = []
    run.wait(timeout=60, progress=lambda run: seen.append(run.is_completed))
    assert (run.completed, run.status, seen[-1]) == (True, "success", True)
    assert run.pipeline is pipeline
    assert run in session.query(api.FlowRuntime).where(api.FlowRuntime.pipeline_id == pipeline.id).all()
    found = session.named_query(
        api.Pipeline, "getPipelineRuntimes", projectName=pipeline.project_name, pipelineName=pipeline.pipeline_name
    )
    assert run in found


def test_a_release_runs_and_is_aborted(session, api):
    release = session.search(api.Release)[0]
    run = release.start_release(pipeline_parameter={})
    assert run.release is release
    run.abort(reason="no", force=False)
    assert run.wait(timeout=60).status == "aborted"
    with pytest.raises(RunFailedError):
        run.wait(raise_on_error=True)


def test_runs_are_not_made_by_saving(session, api, asked):
    with pytest.raises(NotSupportedError, match="no operation 'create'"):
        api.Job(session, priority="low").save()
    assert asked() == []


def test_an_action_needs_a_saved_object(session, api, asked):
    with pytest.raises(ValueError, match="save"):
        api.Procedure(session, procedure_name="x").run_procedure()
    with pytest.raises(ValueError, match="projectName is not known"):
        api.Pipeline(session, id="00000000-0000-0000-0000-000000000000").run_pipeline()
    assert asked() == []


def test_several_threads_wait(echo):
    jobs = [echo.run_procedure(actual_parameter={"arg1": str(number)}) for number in range(4)]
    threads = [threading.Thread(target=job.wait, kwargs={"timeout": 60}) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [job.actual_parameter["arg1"] for job in jobs] == ["0", "1", "2", "3"]
    assert all(job.is_completed for job in jobs)
