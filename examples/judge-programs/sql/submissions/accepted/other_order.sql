SELECT p.name, count(m.mark) AS marks FROM mark m JOIN pupil p ON p.pupil = m.pupil GROUP BY p.pupil HAVING marks >= 2 ORDER BY marks DESC
