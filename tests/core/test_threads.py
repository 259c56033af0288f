"""One session, many threads."""

from concurrent.futures import ThreadPoolExecutor

from workfront_orm.versions.v220 import Project, Task


def test_a_session_is_used_from_several_threads(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0", page_size=100) as session:
        expected = session.query(Task).ids()
        project = session.query(Project).first()

        def work(number):
            tasks = session.query(Task).fields(Task.name).all()
            owners = [task.project.owner.name for task in tasks[number::8] if task.project.owner is not None]
            own = [Task(session, name=f"t{number}-{n}", project_id=project.id) for n in range(10)]
            session.save_all(own).raise_for_errors()
            for task in own:
                task.description = f"of {number}"
            session.save_all(own).raise_for_errors()
            assert owners
            return tasks, own

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(work, range(8)))
        by_id = {}
        for tasks, own in results:
            assert set(expected) <= {task.id for task in tasks}
            # One id, one object, whichever thread read it.
            for task in [*tasks, *own]:
                assert by_id.setdefault(task.id, task) is task
        assert not session.dirty
        made = session.query(Task).where(Task.name.like("t%-%")).fields(Task.name, Task.description).all()
        assert sorted((task.name, task.description) for task in made) == sorted(
            (f"t{number}-{n}", f"of {number}") for number in range(8) for n in range(10)
        )
