SELECT name, count(*) FROM pupil JOIN mark USING (pupil) GROUP BY name HAVING count(*) > 1
